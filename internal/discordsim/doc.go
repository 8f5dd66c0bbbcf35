// Package discordsim is Discord on a loopback address: the REST API (v9 and v10),
// the gateway, the documented limits with Discord's own error bodies, and a small
// web page that shows the channels. It exists so that a whole bot, unchanged, can
// be tested and demonstrated with no Discord account and no network.
//
// What it promises: a bot that behaves here behaves the same against Discord, as
// far as Discord documents its behaviour. Where the documentation leaves room,
// discordsim takes the harsher reading: it refuses, forgets and times out rather
// than help. For example, a message's nonce is lost when the message is fetched
// again, and an embed without the permission to embed links is refused.
//
// It shares no code and no types with the bot: a mistake about Discord's wire
// format cannot hide by being made on both sides.
//
// A Server starts with an application, its bot user and three people. Tests build
// the rest ([Server.AddGuild], [Server.AddChannel], [Server.AddFile] …), act as a
// person would ([Server.RunCommand], [Server.Press], [Server.Select],
// [Server.RunOnMessage], [Server.Say] …), look at the outcome ([Server.Messages],
// [Server.WaitMessage], [Server.File] …) and break things on purpose
// ([Server.Fail], [Server.DropGateway] …). Every method may be called from several
// goroutines at once.
package discordsim
