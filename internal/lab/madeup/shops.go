package madeup

import "slices"

// A shop sends mail that it thinks we like.
type shop struct {
	lang                  string
	name, from, domain    string
	subject, preheader    string
	greeting              string
	paragraphs            [3]string
	button, browser, stop string
	address               string
}

// shopFor gives each name a shop, so that languages are mixed.
func shopFor(name string) shop {
	all := shops()
	return all[chance(name+" shop").IntN(len(all))]
}

func shops() []shop {
	return slices.Concat(french(), dutch(), german(), english())
}

func french() []shop {
	return []shop{
		{
			lang: "fr", name: "La Cave d’Élise", from: "bonjour", domain: "cave-elise.example",
			subject: "Les vins de printemps sont arrivés", preheader: "Douze bouteilles à goûter sans se presser",
			greeting: "Chère lectrice, cher lecteur,",
			paragraphs: [3]string{
				"Après un hiver trop long, Élise a rapporté de la Loire trois blancs vifs et un rosé qui n’a pas fini d’étonner. Ils sont en boutique dès jeudi.",
				"Cette semaine, la caisse découverte est à 54,90 € au lieu de 62 €. À déguster frais, avec un fromage de chèvre ou rien du tout.",
				"Samedi à 17 h, dégustation gratuite : on ouvre tout, même ce qu’on voulait garder.",
			},
			button: "Découvrir la caisse", browser: "Voir ce message dans votre navigateur", stop: "Se désinscrire",
			address: "La Cave d’Élise, 3 rue des Exemples, 44000 Nantes",
		},
		{
			lang: "fr", name: "Librairie du Quai", from: "lettre", domain: "librairie-du-quai.example",
			subject: "Vos lectures de mars, et une rencontre", preheader: "Quatre romans, un essai, une soirée",
			greeting: "Bonjour,",
			paragraphs: [3]string{
				"Quatre romans ont passé l’épreuve du comptoir ce mois-ci : on les a lus dans le train, dans la file de la boulangerie et tard le soir.",
				"L’essai du mois parle du silence. Il est court, il est drôle, il se lit à voix haute.",
				"Le 19 mars, l’autrice répond à vos questions autour d’un verre. L’entrée est libre, les chaises sont rares.",
			},
			button: "Réserver ma place", browser: "Version en ligne", stop: "Ne plus recevoir cette lettre",
			address: "Librairie du Quai, 12 quai d’Essai, 69002 Lyon",
		},
		{
			lang: "fr", name: "Vélo & Cie", from: "atelier", domain: "velo-et-cie.example",
			subject: "La révision de printemps : prenez rendez-vous", preheader: "Freins, chaîne, pneus : 39 €",
			greeting: "Salut,",
			paragraphs: [3]string{
				"Les premiers beaux jours remplissent l’atelier. Réservez votre révision avant le 15 et repartez le jour même.",
				"Freins réglés, chaîne nettoyée, pneus regonflés : 39 € tout compris, et le café est offert.",
				"P.-S. : les sacoches étanches sont de retour, en bleu nuit et en vert forêt.",
			},
			button: "Choisir un créneau", browser: "Afficher dans le navigateur", stop: "Me désabonner",
			address: "Vélo & Cie, 8 place du Modèle, 31000 Toulouse",
		},
	}
}

func dutch() []shop {
	return []shop{
		{
			lang: "nl", name: "De Groene Keuken", from: "nieuws", domain: "groenekeuken.example",
			subject: "Lente op je bord: vijf recepten met asperges", preheader: "Snel klaar en lekker licht",
			greeting: "Hoi,",
			paragraphs: [3]string{
				"De eerste asperges liggen weer op de markt. We maakten er vijf gerechten mee die binnen een half uur op tafel staan.",
				"Ons favoriete recept: asperges uit de oven met citroen, hazelnoten en een zachtgekookt ei. Ook zonder ei heel goed.",
				"Deze week krijg je bij elke groentebox een bosje daslook cadeau. Zolang de voorraad strekt, natuurlijk.",
			},
			button: "Bekijk de recepten", browser: "Bekijk deze mail in je browser", stop: "Uitschrijven",
			address: "De Groene Keuken, Voorbeeldstraat 21, 3511 AB Utrecht",
		},
		{
			lang: "nl", name: "Fietsenmakerij Dirk", from: "dirk", domain: "fietsendirk.example",
			subject: "Je fiets is klaar voor een beurt", preheader: "Twintig minuten, en hij rijdt weer als nieuw",
			greeting: "Beste fietser,",
			paragraphs: [3]string{
				"Na een natte winter piept er altijd wel iets. Kom langs voor een gratis controle van remmen, ketting en licht.",
				"We hebben dit jaar ook lichte e-bikes uit België, met een accu die je mee naar boven neemt.",
				"Op zaterdag 14 maart zijn we extra lang open, tot zeven uur, met koffie en stroopwafels.",
			},
			button: "Plan een afspraak", browser: "Lees online", stop: "Geen mail meer ontvangen",
			address: "Fietsenmakerij Dirk, Modelkade 5, 9000 Gent",
		},
		{
			lang: "nl", name: "Boekhandel Ooievaar", from: "lezen", domain: "ooievaar.example",
			subject: "Zeven boeken voor een regenachtig weekend", preheader: "En één om in één adem uit te lezen",
			greeting: "Beste lezer,",
			paragraphs: [3]string{
				"Het regent, de kachel staat aan en de stapel naast het bed wordt weer hoger. Dit zijn de zeven boeken die we zelf niet konden wegleggen.",
				"Bovenaan staat een debuut over een vuurtorenwachter die bang is voor water. Het klinkt flauw, maar dat is het geen bladzijde.",
				"Bestel je voor vrijdag, dan ligt je pakje zaterdag in de bus, zonder verzendkosten.",
			},
			button: "Naar de zeven boeken", browser: "Bekijk in browser", stop: "Meld je af",
			address: "Boekhandel Ooievaar, Proefplein 2, 2514 EA Den Haag",
		},
	}
}

func german() []shop {
	return []shop{
		{
			lang: "de", name: "Gärtnerei Grünspecht", from: "post", domain: "gruenspecht.example",
			subject: "Jetzt säen: Tomaten, Paprika, Mut", preheader: "Saatgut aus eigener Ernte",
			greeting: "Liebe Gartenfreundinnen und Gartenfreunde,",
			paragraphs: [3]string{
				"Die Fensterbänke füllen sich: Jetzt ist die beste Zeit, Tomaten und Paprika vorzuziehen. Unser Saatgut stammt aus eigener Ernte und keimt zuverlässig.",
				"Neu im Sortiment sind drei alte Sorten, die fast verschwunden wären. Sie sind nicht schön, aber sie schmecken.",
				"Am 21. März öffnen wir das Gewächshaus. Für Kuchen ist gesorgt, für Regenschirme nicht.",
			},
			button: "Zum Saatgut", browser: "Im Browser ansehen", stop: "Newsletter abbestellen",
			address: "Gärtnerei Grünspecht, Musterweg 7, 79098 Freiburg",
		},
		{
			lang: "de", name: "Kaffeerösterei Nordlicht", from: "hallo", domain: "nordlicht-kaffee.example",
			subject: "Frisch geröstet: der Märzkaffee", preheader: "Nussig, rund, ein wenig übermütig",
			greeting: "Moin,",
			paragraphs: [3]string{
				"Der Märzkaffee kommt aus Äthiopien, riecht nach Aprikose und verzeiht auch alte Filtermaschinen.",
				"Wer bis Sonntag bestellt, bekommt 250 g Espresso dazu. Größere Mengen rösten wir auf Zuruf.",
				"Übrigens: Unsere Röstkurse sind bis Mai ausgebucht. Wir führen eine Warteliste.",
			},
			button: "Kaffee bestellen", browser: "Online lesen", stop: "Abmelden",
			address: "Kaffeerösterei Nordlicht, Beispielufer 1, 24103 Kiel",
		},
		{
			lang: "de", name: "Wanderverein Hochrain", from: "touren", domain: "hochrain.example",
			subject: "Die Touren im Frühling", preheader: "Von leicht bis lang",
			greeting: "Grüß Gott miteinander,",
			paragraphs: [3]string{
				"Sobald der Schnee aus den Nordhängen ist, geht es los: sechs Touren, die erste ist für alle.",
				"Bitte meldet euch bis Mittwoch an, damit wir die Hütte nicht überfallen.",
				"Ein Wort zum Schuhwerk: Turnschuhe sind für die Stadt.",
			},
			button: "Anmelden", browser: "Im Browser öffnen", stop: "Von der Liste streichen",
			address: "Wanderverein Hochrain, Probeweg 3, 83471 Berchtesgaden",
		},
	}
}

func english() []shop {
	return []shop{
		{
			lang: "en", name: "Harbour Books", from: "hello", domain: "harbourbooks.example",
			subject: "Five novels for a long train ride", preheader: "And one that is better read at home",
			greeting: "Dear reader,",
			paragraphs: [3]string{
				"We asked everyone behind the counter which novel made them miss their stop. Here are the five that did it more than once.",
				"The paperback of the month is £7.99 until Sunday. It has maps, which we believe every book should.",
				"Our reading group meets on the first Thursday. Come even if you have not finished; nobody ever has.",
			},
			button: "See the five", browser: "View in your browser", stop: "Unsubscribe",
			address: "Harbour Books, 4 Sample Quay, Bristol",
		},
		{
			lang: "en", name: "Pine & Wool", from: "news", domain: "pineandwool.example",
			subject: "New in: jumpers that forgive", preheader: "Knitted in small batches",
			greeting: "Hi there,",
			paragraphs: [3]string{
				"Our spring jumpers are lighter than they look and warmer than they should be. There are ninety of each.",
				"They wash at thirty degrees. We tried forty, so that you do not have to.",
				"Orders over £60 travel free of charge, slowly, on a train.",
			},
			button: "Look at the jumpers", browser: "Read this online", stop: "Stop these mails",
			address: "Pine & Wool, 17 Specimen Lane, Edinburgh",
		},
		{
			lang: "en", name: "City Running Club", from: "coach", domain: "cityrunners.example",
			subject: "Your training week, and a race to enter", preheader: "Three runs, one rest, no excuses",
			greeting: "Hello runners,",
			paragraphs: [3]string{
				"This week is about easy miles. If you can sing, you are doing it right; if you can only hum, slow down.",
				"Entries for the river ten-mile open on Friday at noon. Last year they were gone by tea time.",
				"New shoes? Bring the old ones on Tuesday, we pass them on.",
			},
			button: "Enter the race", browser: "Open in browser", stop: "Leave this list",
			address: "City Running Club, 1 Example Park, Leeds",
		},
	}
}
