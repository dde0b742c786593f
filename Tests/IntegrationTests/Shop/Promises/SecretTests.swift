import Foundation
import ShopEvents
import ShopRunning
import Testing

extension WholeShop.Travel {
    // Every run of `shop` and every log of every fixture is searched as well, by the fixture itself.
    @Test("The password is in no command line that others can read, and in no log", arguments: ShopService.workers)
    func secrets(_ service: ShopService) async throws {
        let shop = try ShopFixture.current()
        let password = shop.brokerURL.passwordOfURL
        try #require(password.count >= 8)
        let process = try await shop.process(service)
        let commandLine = try Data(contentsOf: URL(filePath: "/proc/\(process.process.identifier)/cmdline"))
        #expect(commandLine.count > 5)
        let isShown = String(decoding: commandLine, as: UTF8.self).contains(password)
        #expect(!isShown)
        #expect(!process.logText.isEmpty)
        let isLogged = process.logText.contains(password)
        #expect(!isLogged)
        for route in ["live", "ready"] {
            let health = try await process.health(route)
            #expect(health.status == 200)
            #expect(!health.body.contains(password))
        }
    }
}
