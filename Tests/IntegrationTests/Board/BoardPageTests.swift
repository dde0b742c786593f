import Foundation
import ShopEvents
import ShopRunning
import Testing

/// The board as a person meets it: a real page of a real service in a real browser.
@Suite("The board's page", .board, .serialized, .timeLimit(.minutes(3)))
struct BoardPageTests {
    private let escape = "\u{E00C}", enter = "\u{E007}", tab = "\u{E004}"

    @Test("Orders arrive on the page, and each opens into its way, by mouse and by keyboard")
    func ordersArrive() async throws {
        let page = try BoardPage.current()
        try await page.shop.setStock("SEEN=100")
        try await page.open()
        for service in ShopService.allCases { try await page.says(service, is: "ready") }
        let ids = try await page.shop.place("SEEN=2", count: 3)
        for id in ids { try await page.shows("shipped", in: page.order(id)) }

        try await page.browser.click("\(page.order(ids[0])) button")
        try await page.shows(ids[0], in: "#story-title")
        for mail in ["order.created", "shipping.started"] {
            try await page.shows("e-mail sent", in: "#story-hops [data-service=notify][data-event=\"\(mail)\"]")
        }
        let hops = try await page.browser.run("return document.querySelectorAll('#story-hops li').length") as? Int
        #expect(hops == 7, "order.place, order.created twice, inventory.updated twice, shipping.started twice")
        try await page.browser.press(escape)
        #expect(try await page.browser.run("return document.querySelector('#story').open") as? Bool == false)

        // From the field before the list: its button, then the orders, to the first that was not clicked on.
        // Which of the three is the first, nobody can say: they were placed together.
        let listed = "return [...document.querySelectorAll('#orders li')].map(item => item.dataset.order)"
        let shown = try #require(try await page.browser.run(listed) as? [String])
        #expect(Set(ids).isSubset(of: shown))
        let place = try #require(shown.firstIndex { $0 != ids[0] })
        _ = try await page.browser.run("document.querySelector('#find-id').focus()")
        for key in [tab, tab] + Array(repeating: tab, count: place) + [enter] { try await page.browser.press(key) }
        try await page.shows(shown[place], in: "#story-title")
        try await page.browser.press(escape)
        #expect(try await page.browser.complaints().isEmpty)
    }

    @Test("A service that is killed goes red, and green again; a dead letter is replayed by a click, with the token")
    func killAndReplay() async throws {
        let page = try BoardPage.current()
        try await page.shop.setStock("PARKED=10")
        try await page.open()
        try await page.shop.kill(.inventory)
        try await page.says(.inventory, is: "down")
        #expect(
            try await page.browser.run(
                "return document.querySelector('#graph [data-service=inventory]').getAttribute('class')") as? String
                == "node down")

        let order = try #require(try await page.shop.place("PARKED=3").first)
        try await ForeignClient.rejectNext(of: "inventory.in", at: page.shop.brokerURL)
        let letter = "#letters-table [data-order=\"\(order)\"]"
        try await page.shows("rejected", in: letter)
        try await page.shop.start(.inventory)
        try await page.says(.inventory, is: "ready")

        // Without the token nothing can be done, nor with another one.
        let replay = "\(letter) .actions button"
        let isDisabled = "return document.querySelector(arguments[0]).disabled"
        #expect(try await page.browser.run(isDisabled, [replay]) as? Bool == true)
        try await page.browser.type("not-the-token-at-all", into: "#token")
        try await page.browser.press(enter)
        try await page.browser.click(replay)
        try await page.shows("needs the operator's token", in: "#letters-note")
        #expect(try await page.browser.complaints().count == 1, "the browser's own word about the 401")

        _ = try await page.browser.run("document.querySelector('#token').value = ''")
        try await page.browser.type(ShopFixture.boardToken, into: "#token")
        try await page.browser.press(enter)
        try await page.browser.click(replay)
        try await page.shows("was replayed", in: "#letters-note")
        try await page.shows("shipped", in: page.order(order))
        try await waitFor("the letter to be gone") { try await page.browser.text(letter) == nil }
        #expect(try await page.shop.stock("PARKED")?.taken == 3)
        #expect(try await page.browser.complaints().isEmpty)
    }

    @Test("A letter is discarded after a question")
    func discard() async throws {
        let page = try BoardPage.current()
        try await page.open()
        let message = ForeignMessage("not an event")
        try await ForeignClient.publish(message, to: page.shop.brokerURL)
        let letter = "#letters-table [data-event=\"\(try #require(message.messageId))\"]"
        try await page.shows("undecodable", in: letter)
        if try await page.browser.run("return document.querySelector('#token').value") as? String == "" {
            try await page.browser.type(ShopFixture.boardToken, into: "#token")
            try await page.browser.press(enter)
        }
        try await page.browser.click("\(letter) .actions button:last-child")
        try await page.browser.accept()
        try await page.shows("was discarded", in: "#letters-note")
        try await waitFor("the letter to be gone") { try await page.browser.text(letter) == nil }
        #expect(try await page.shop.deadLetters().isEmpty, "nor has the board one of its own")
    }

    @Test(
        "Five hundred orders a second: it samples, says so, and ends up with the last of them",
        .enabled(if: Thorough.isWanted))
    func manyOrders() async throws {
        let page = try BoardPage.current()
        try await page.shop.setStock("MANY=10000")
        try await page.open()
        let ids = try await page.shop.place("MANY=1", count: 1500, rate: 500)
        try await page.shows("Sampled: ", in: "#sampling")
        let last = try #require(ids.max())
        try await page.shows("shipped", in: page.order(last), within: .seconds(60))
        #expect(try await page.browser.run("return document.querySelectorAll('#orders li').length") as? Int == 50)
        #expect(try await page.browser.complaints().isEmpty)
    }
}
