extension Scenario {
    static let ofServices = [serviceKill, serviceTerm, serviceFreeze, servicesDown]
}
