extension Result where Failure == any Error {
    /// What the body came to, for whoever has to clean up before that is told.
    package static func of(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
