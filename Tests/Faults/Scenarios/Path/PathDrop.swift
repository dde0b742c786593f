import ShopRunning

extension Scenario {
    static let pathDrop = Scenario(
        name: "path-drop", family: .path,
        summary: "every packet between the broker and everybody is dropped until all have noticed",
        setting: Setting(site: .cluster(nodes: 1)), needs: [.network]
    ) { drill in
        try await drill.cluster.drop(1)
        let begin = ContinuousClock.now
        try await drill.noticed(since: begin)
        try await drill.cluster.heal()
        try await drill.clean()
    }
}
