import ShopEvents
import ShopRunning
import Testing

/// Gives a suite one shop, which all its tests share: `try ShopFixture.current()`.
struct ShopTrait: SuiteTrait, TestScoping {
    var services: [ShopService]

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await ShopFixture.with(services) { shop in
            try await ShopFixture.$running.withValue(shop) { try await function() }
        }
    }
}

extension Trait where Self == ShopTrait {
    /// All services run.
    static var shop: Self { ShopTrait(services: ShopService.workers) }

    /// The topology is there, and no service.
    static var shopWithoutServices: Self { ShopTrait(services: []) }
}

/// The whole choreography, against the real broker and the real processes. One after the other: each is heavy.
@Suite(.serialized) struct WholeShop {}
