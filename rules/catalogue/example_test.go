package catalogue_test

import (
	"fmt"

	"github.com/unseen-mail/unseen/rules/catalogue"
)

func ExampleCatalogue_Unwrap() {
	c, err := catalogue.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	to, _, ok := c.Unwrap("https://eur05.safelinks.protection.outlook.com/?url=https%3A%2F%2Fshop.example%2Fa%3Fx%3D1%26mc_eid%3D0a1b&data=05%7C02")
	fmt.Println(ok, to)
	clean, removed := c.Strip(to)
	fmt.Println(clean, removed)
	// Output:
	// true https://shop.example/a?x=1&mc_eid=0a1b
	// https://shop.example/a?x=1 [mc_eid]
}

func ExampleCatalogue_Header() {
	c, err := catalogue.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	named, ok := c.Header("Feedback-ID", "100000:100000.1000000:us3:mc")
	fmt.Println(ok, named.Vendor.Name)
	// Output: true Intuit Mailchimp
}
