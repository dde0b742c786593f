extension Scenario {
    static let ofPath = [
        pathBlackhole, pathOneWay, pathStall, pathReset, pathCut, pathRefused, pathSlow,
    ]
}
