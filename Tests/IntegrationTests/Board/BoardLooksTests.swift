import Foundation
import ShopEvents
import ShopRunning
import Testing

/// Whether everybody can read and use the page, measured in the browser.
@Suite("The board's looks", .board, .serialized, .timeLimit(.minutes(2)))
struct BoardLooksTests {
    /// Texts whose contrast to what is behind them is below 4.5 (WCAG 2.2, 1.4.3).
    private static let faint = """
        const channel = value => { value /= 255; return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4 };
        const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
        const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        const rgba = colour => {
          pixel.clearRect(0, 0, 1, 1); pixel.fillStyle = colour; pixel.fillRect(0, 0, 1, 1);
          return [...pixel.getImageData(0, 0, 1, 1).data];
        };
        const ground = element => {
          for (let one = element; one; one = one.parentElement) {
            const isNode = one.matches(".node");
            const colour = rgba(isNode ? getComputedStyle(one.querySelector("rect")).fill : getComputedStyle(one).backgroundColor);
            if (colour[3] === 255) return colour;
          }
          return rgba("white");
        };
        const found = [];
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
          const element = texts.currentNode.parentElement;
          if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
          const style = getComputedStyle(element);
          const colour = rgba(element.namespaceURI.endsWith("svg") ? style.fill : style.color);
          const [one, other] = [luminance(colour), luminance(ground(element))].sort((a, b) => b - a);
          const contrast = (one + 0.05) / (other + 0.05);
          if (contrast < 4.5) found.push(`${texts.currentNode.data.trim()}: ${contrast.toFixed(2)}`);
        }
        return found;
        """

    /// What can be used and has no name for those who do not see it.
    private static let nameless = """
        return [...document.querySelectorAll("button, input, a, [role=region], [role=img], section, dialog, table th")].filter(one => {
          const labelledby = one.getAttribute("aria-labelledby");
          const name = one.getAttribute("aria-label") || (labelledby && document.getElementById(labelledby)?.textContent)
            || one.labels?.[0]?.textContent || one.textContent;
          return !name?.trim();
        }).map(one => one.outerHTML.slice(0, 100));
        """

    @Test("Light and dark, wide and on a phone: every text has its contrast, nothing is cut off, everything has a name")
    func looks() async throws {
        let page = try BoardPage.current()
        try await page.shop.setStock("MUG=100", "POT=5")
        try await page.open()
        let shipped = try await page.shop.place("MUG=2", count: 12)
        let rejected = try await page.shop.place("POT=10", count: 2)
        try await ForeignClient.publish(ForeignMessage("not an event"), to: page.shop.brokerURL)
        for id in shipped { try await page.shows("shipped", in: page.order(id)) }
        for id in rejected { try await page.shows("rejected", in: page.order(id)) }
        _ = try await page.shop.stop(.notify)
        try await page.says(.notify, is: "down")
        try await page.shows("undecodable", in: "#letters-table")
        for scheme in ["light", "dark"] {
            try await page.browser.prefer(scheme)
            for width in [1280, 360] {
                try await page.browser.resize(width: width)
                let faint = try await page.browser.run(Self.faint) as? [String]
                #expect(faint == [], "\(scheme), \(width) wide")
                #expect(
                    try await page.browser.run(
                        "const page = document.documentElement; return page.scrollWidth - page.clientWidth") as? Int
                        == 0,
                    "\(scheme), \(width) wide: it would have to be moved sideways")
                try await keep(try await page.browser.picture(), "board-\(scheme)-\(width)", of: page)
            }
        }
        // The measure itself: grey on grey is found.
        _ = try await page.browser.run("document.documentElement.style.setProperty('--quiet', '#808080')")
        #expect((try await page.browser.run(Self.faint) as? [String] ?? []).count > 20)
        #expect(try await page.browser.run(Self.nameless) as? [String] == [])
        #expect(try await page.browser.complaints().isEmpty)
    }

    @Test("The README's picture", .enabled(if: BoardPage.picture != nil, "BOARD_PICTURE says where it is to be"))
    func picture() async throws {
        let page = try BoardPage.current()
        try await page.shop.setStock("MUG=10000", "POT=40")
        try await page.shop.start(.notify)
        try await page.browser.prefer("light")
        try await page.browser.resize(width: 1280)
        try await page.open()
        async let placed = page.shop.place("MUG=2", count: 400, rate: 20)
        for _ in 0..<3 { _ = try await page.shop.place("POT=15") }
        _ = try await placed
        async let more = page.shop.place("MUG=1", count: 60, rate: 20)
        try await waitFor("events on their way") {
            try await page.browser.run("return document.querySelectorAll('.dot[visibility=visible]').length > 5")
                as? Bool == true
        }
        let picture = try await page.browser.picture()
        _ = try await more
        try picture.write(to: URL(filePath: try #require(BoardPage.picture)))
    }

    /// With the logs, which stay when something failed.
    private func keep(_ picture: Data, _ name: String, of page: BoardPage) async throws {
        #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]) && picture.count > 10_000)
        try picture.write(to: page.shop.logs.appending(path: "\(name).png"))
    }
}

extension BoardPage {
    fileprivate static let picture = ProcessInfo.processInfo.environment["BOARD_PICTURE"]
}
