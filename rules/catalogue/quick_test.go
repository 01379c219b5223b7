package catalogue
import ("testing")
func TestQuick(t *testing.T){
 c,err:=Load(); if err!=nil{t.Fatal(err)}
 bad:=0
 for _,p:=range c.patterns{ h,ok:=c.Match(p.example)
  if !ok || h.Rule!=p.rule { t.Logf("%s -> %v %s (%s)",p.rule,ok,h.Rule,p.example);bad++}}
 t.Log(bad,len(c.patterns), c.Edition(), len(c.hosts.rest))
 for _,p:=range c.paths.patterns { for _,s:=range p.prefixes { if len(s)<3 { t.Log("short",p.rule,p.prefixes,p.required)}}}
}
func BenchmarkMatch(b *testing.B){ c,_:=Load(); b.ReportAllocs(); i:=0
 for b.Loop(){ c.Match(c.patterns[i%len(c.patterns)].example); i++ } }
func BenchmarkLoad(b *testing.B){ for b.Loop(){ Load() } }
