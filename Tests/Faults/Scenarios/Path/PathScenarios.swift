extension Scenario {
    static let ofPath = [
        pathBlackhole, pathDrop, pathOneWay, pathStall, pathReset, pathCut, pathRefused, pathSlow,
    ]
}
