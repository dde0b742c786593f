/// All that the oracle goes by. Nothing in it comes from a service's database, but for the stock, which is held against the
/// events.
struct Evidence {
    /// What the command line printed for each order: the broker's confirm, or none.
    var published = 0
    var confirmed: Set<String> = []
    var heard = HeardEvents()
    /// Mails by order: the kinds that arrived, a kind once for each arrival.
    var mails: [String: [String]] = [:]
    /// Dead letters, by the id of their event; nil for what is no event.
    var letters: [Letter] = []
    /// Pieces that the stock list calls taken, by product; nil when it could not be read.
    var taken: [String: Int]?
    /// What the scenario means to happen.
    var expected = Expected()

    struct Letter: Equatable {
        var service: String
        var eventID: String?
        var error: String
    }

    /// What goes wrong on purpose and stays wrong.
    struct Expected {
        /// Orders that end in a dead-letter queue.
        var parked: Set<String> = []
        /// Dead letters that belong to none of those.
        var strayLetters = 0
        /// Orders that a deleted queue may have taken along, at most.
        var gone = 0
        /// Addresses that no server takes mail for: a letter lies in its place.
        var refusedAddresses: Set<String> = []
        /// The orders of those.
        var refusedMails: Set<String> = []
    }
}
