package guard

import (
	"encoding/json"
	"testing"
)

func TestWeightsFile(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(*builtin())
	if err != nil {
		t.Fatal(err)
	}
	var again Weights
	if err := json.Unmarshal(data, &again); err != nil || again != *builtin() {
		t.Errorf("the weights come back as %v: %v", again, err)
	}
	for _, bad := range []string{`{}`, `{"gap": 1}`, string(data[:len(data)-1]) + `,"x":1}`, `[]`} {
		if err := json.Unmarshal([]byte(bad), &again); err == nil {
			t.Errorf("took %s", bad)
		}
	}
}

// TestCompany gives summaries of one article in which only the company is right or wrong.
func TestCompany(t *testing.T) {
	t.Parallel()
	const text = `Two towns buy new ferries
Arden bought a ferry for 36 cars from a yard in Bergen for 12 million euros. It replaces the Lorne Star, which was built in 1987.
Portcallan chose a smaller ferry that takes 18 cars, from a yard in Gdansk, for 7 million euros, and wants to sail in March.
The union said that Ada Berg, Arden's mayor, had asked the crews. Its chairman Per Dahl called the smaller ferry a mistake.`
	for summary, want := range map[string]bool{
		"Arden's new ferry takes 36 cars and cost 12 million euros, and was bought from a yard in Bergen.": true,
		"The ferry that Portcallan chose takes 18 cars, costs 7 million euros, and sails in March.":        true,
		"Per Dahl, the chairman of the union, called the smaller ferry a mistake.":                         true,
		"The new ferry of Arden replaces the Lorne Star, which was built in 1987.":                         true,
		"Arden bought a ferry for 18 cars from a yard in Bergen.":                                          false,
		"Arden bought a ferry for 36 cars from a yard in Gdansk.":                                          false,
		"Portcallan chose a smaller ferry, from a yard in Gdansk, for 12 million euros.":                   false,
		"Portcallan chose a smaller ferry that takes 36 cars.":                                             false,
	} {
		if err := NewGuard(text, usual).Check([]string{summary}); (err == nil) != want {
			t.Errorf("%s\n\t%v", summary, err)
		}
	}
}
