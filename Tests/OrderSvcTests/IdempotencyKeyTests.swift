import Testing

@testable import OrderSvc

@Suite("Idempotency keys")
struct IdempotencyKeyTests {
    /// Of FIPS 180-4's examples: rows that are there already hold such hashes.
    @Test(
        "a body is known by its SHA-256",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ])
    func seal(body: String, hash: String) throws {
        #expect(try IdempotencyKey(text: "key").seal(Array(body.utf8)).bodyHash == hash)
    }
}
