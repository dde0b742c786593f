import Foundation
import ShopEvents
import ShopRunning
import Testing

/// Gives a suite one shop with a board, and a browser that shows its page.
struct BoardTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await ShopFixture.with(ShopService.allCases) { shop in
            try await Browser.with(log: shop.logs.appending(path: "chromedriver.log")) { browser in
                let page = try BoardPage(shop: shop, browser: browser)
                try await ShopFixture.$running.withValue(shop) {
                    try await BoardPage.$shown.withValue(page) { try await function() }
                }
            }
        }
    }
}

extension Trait where Self == BoardTrait {
    /// All services run, and a browser.
    static var board: Self { BoardTrait() }
}

/// The board's page in a browser.
struct BoardPage: Sendable {
    @TaskLocal static var shown: BoardPage?

    let shop: ShopFixture
    let browser: Browser
    let url: String

    init(shop: ShopFixture, browser: Browser) throws {
        self.shop = shop
        self.browser = browser
        url = shop.url(of: .board)
    }

    static func current() throws -> BoardPage { try #require(shown, "the suite lacks the trait .board") }

    /// Loads it anew, and waits until it is live.
    func open() async throws {
        try await browser.open(url)
        try await waitFor("the page to be live", within: .seconds(20)) {
            try await browser.text("#connection") == "live"
        }
    }

    /// Waits until an element shows a text.
    func shows(_ text: String, in selector: String, within limit: Duration = .seconds(20)) async throws {
        var last: String?
        do {
            try await waitFor("'\(text)' in \(selector)", within: limit) {
                last = try await browser.text(selector)
                return last?.contains(text) == true
            }
        } catch let error as NotInTime {
            throw CommandFailed(description: "\(error); it shows '\(last ?? "nothing")'")
        }
    }

    /// Waits until a service's row says that it is in this state.
    func says(_ service: ShopService, is state: String) async throws {
        try await waitFor("\(service) to be shown as \(state)", within: .seconds(20)) {
            try await browser.run(
                "return document.querySelector(`[data-service=${arguments[0]}][data-state=${arguments[1]}]`) !== null",
                [service.rawValue, state]) as? Bool == true
        }
    }

    func order(_ id: String) -> String { "#orders [data-order=\"\(id)\"]" }
}
