package store_test

import "testing"

// conformance is what every kind of database must pass. Each part opens stores
// of its own and knows nothing of the kind.
func conformance(t *testing.T, open opener) {
	for _, part := range []struct {
		name string
		test func(*testing.T, opener)
	}{
		{"guilds", testGuilds},
		{"bundle", testBundle},
		{"feeds", testFeeds},
		{"due feeds", testDueFeeds},
		{"spread polls", testSpread},
		{"spread first polls", testSpreadFirst},
		{"no flood on following", testNoFlood},
		{"moves", testMoves},
		{"merged feeds", testMergedFeeds},
		{"merged bundle", testMergedBundle},
		{"subscriptions", testSubscriptions},
		{"polls", testPolls},
		{"known stories", testKnownStories},
		{"edited stories", testEditedStories},
		{"dirty texts", testDirtyTexts},
		{"large poll", testLargePoll},
		{"polls lose nothing", testPollsLoseNothing},
		{"poll is atomic", testPollIsAtomic},
		{"events", testEvents},
		{"deliveries", testDeliveries},
		{"deliveries handed over", testHandOver},
		{"updates", testUpdates},
		{"preparing is atomic", testPreparingIsAtomic},
		{"preparing at once", testPreparingAtOnce},
		{"posts", testPosts},
		{"latest", testLatest},
		{"search", testSearch},
		{"search finds what is there", testSearchAgainstModel},
		{"settings", testSettings},
		{"follows", testFollows},
		{"paused feeds", testPausedFeeds},
		{"waking feeds", testWakingFeeds},
		{"merged follows", testMergedFollows},
		{"health", testHealth},
		{"hubs", testHubs},
		{"pushed stories", testPushed},
		{"spending", testSpending},
		{"brief", testBrief},
		{"stories of an event", testEventStories},
		{"translations", testTranslations},
		{"summary of a story", testSummaryIsOfItsStory},
		{"notices", testNotices},
		{"notices are atomic", testNoticesAreAtomic},
		{"held notices", testHeldNotices},
		{"notices end", testNoticesEnd},
		{"failed notices", testFailedNotices},
		{"notice under way", testNoticeUnderWay},
		{"reopened notices", testReopenedNotices},
		{"fallback channel", testFallbackChannel},
		{"asked polls", testAskedPolls},
		{"many told", testManyTold},
		{"gone notice", testGoneNotice},
		{"own outage", testOwnOutage},
		{"counts", testCounts},
		{"without jobs", testWithoutJobs},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.test(t, open)
		})
	}
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	conformance(t, openSQLite)
}
