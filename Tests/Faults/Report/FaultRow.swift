import Foundation

/// One line of the table: `deploy/faults --json` prints it as one object.
struct FaultRow: Codable, Sendable {
    enum Verdict: String, Codable, Sendable {
        case pass, fail, skipped
    }

    var scenario: String
    var accepted = 0
    var shipped = 0
    var rejected = 0
    var cancelled = 0
    var parked = 0
    var lost = 0
    var doubled = 0
    var stuck = 0
    /// What a deleted queue took along.
    var gone = 0
    /// The longest of all times from a clean path to work in every service; nil when nothing was to be resumed.
    var resumeSeconds: Double?
    /// Until a dead peer was noticed.
    var noticedSeconds: Double?
    var verdict: Verdict
    var published = 0
    var confirmed = 0
    var mails = 0
    var kills: [String: Int] = [:]
    var seconds = 0.0
    var seed: UInt64
    var notes: [String] = []
    /// Why it failed or was skipped.
    var reasons: [String] = []
    /// All of the resume times, for the run's own figures.
    var resumes: [Double] = []

    private enum CodingKeys: String, CodingKey {
        case scenario, accepted, shipped, rejected, cancelled, parked, lost, doubled, stuck, gone, verdict, published,
            confirmed, mails, kills, seconds, seed, notes, reasons, resumes
        case resumeSeconds = "resume_seconds"
        case noticedSeconds = "noticed_seconds"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(scenario, forKey: .scenario)
        for (key, value) in [
            (CodingKeys.accepted, accepted), (.shipped, shipped), (.rejected, rejected), (.cancelled, cancelled),
            (.parked, parked), (.lost, lost), (.doubled, doubled), (.stuck, stuck), (.gone, gone),
            (.published, published), (.confirmed, confirmed), (.mails, mails),
        ] { try container.encode(value, forKey: key) }
        // Null rather than missing: every row has the same fields.
        try container.encode(resumeSeconds, forKey: .resumeSeconds)
        try container.encode(noticedSeconds, forKey: .noticedSeconds)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(kills, forKey: .kills)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(seed, forKey: .seed)
        try container.encode(notes, forKey: .notes)
        try container.encode(reasons, forKey: .reasons)
        try container.encode(resumes, forKey: .resumes)
    }
}

extension FaultRow {
    /// From the oracle's word, and the drill's own.
    init(_ scenario: Scenario, _ judgement: Judgement, _ record: DrillRecord, seed: UInt64) {
        self.init(scenario: scenario.name, verdict: .pass, seed: seed)
        accepted = judgement.accepted
        shipped = judgement.shipped
        rejected = judgement.rejected
        cancelled = judgement.cancelled
        parked = judgement.parked
        lost = judgement.lost
        doubled = judgement.doubled
        stuck = judgement.stuck
        gone = judgement.gone
        mails = judgement.mails
        kills = record.kills
        notes = record.notes
        if gone > 0 { notes.append("\(gone) orders went with a deleted queue") }
        noticedSeconds = record.noticedSeconds.map(Self.rounded)
        resumes = record.resumeSeconds.map(Self.rounded)
        resumeSeconds = resumes.max()
        reasons = record.failures + judgement.problems
        if !reasons.isEmpty { verdict = .fail }
    }

    static func rounded(_ seconds: Double) -> Double { (seconds * 100).rounded() / 100 }
}
