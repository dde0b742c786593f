import ShopRunning

extension Scenario {
    static let badCertificate = Scenario(
        name: "bad-certificate", family: .security,
        summary:
            "over TLS: the broker shows a stranger's certificate, another host's, an expired one, and its own again",
        setting: Setting(usesTLS: true)
    ) { drill in
        guard let door = drill.shop.tls else { throw CommandFailed(description: "this scenario's setting has no TLS") }
        let stranger = try await CertificateAuthority(in: door.authority.directory, named: "stranger")
        let bad = [
            (try await stranger.issue("strange", for: "DNS:localhost"), "unable to get local issuer certificate"),
            (try await door.authority.issue("elsewhere", for: "DNS:elsewhere.example"), "hostname mismatch"),
            (try await door.authority.issue("expired", for: "DNS:localhost", days: -1), "certificate has expired"),
        ]
        for (identity, words) in bad {
            try await drill.flow(10)
            let begin = ContinuousClock.now
            try await door.close()
            try await door.open(showing: identity)
            try await drill.noticed(saying: words, since: begin)
            try await drill.logged(words)
        }
        try await door.close()
        try await door.open(showing: try await door.authority.issue("renewed", for: "DNS:localhost"))
        try await drill.clean()
    }
}
