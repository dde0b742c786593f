extension Scenario {
    static let ofSecurity: [Scenario] = [permissionRevoked, badCertificate]
}
