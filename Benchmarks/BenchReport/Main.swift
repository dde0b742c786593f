import Foundation
import Measure

// What deploy/bench measured, put together.
//
//   BenchReport table|json RESULTS MACHINE FOLDER
//
// Prints the table, or one object a line, and leaves both with a picture for each queue type in the folder.
@main
struct BenchReport {
    static func main() {
        do {
            try report(Array(CommandLine.arguments.dropFirst()))
        } catch {
            try? FileHandle.standardError.write(contentsOf: Data("BenchReport: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func report(_ words: [String]) throws {
        guard words.count == 4, ["table", "json"].contains(words[0]) else {
            throw Wrong(description: "usage: BenchReport table|json RESULTS MACHINE FOLDER")
        }
        let lines = try String(contentsOfFile: words[1], encoding: .utf8)
        let machine = try JSONDecoder().decode(Machine.self, from: Data(contentsOf: URL(filePath: words[2])))
        let summaries = Summary.all(of: try Measurement.all(in: lines).map { try $0.withPercentiles() })
        let table = Table.text(summaries, machine)
        let json = try objects(summaries)
        print(words[0] == "json" ? json : table, terminator: "")
        try write(table, "results.txt", words[3])
        try write(json, "results.jsonl", words[3])
        for queue in ["quorum", "classic"] {
            guard let picture = Picture.svg(summaries, queue: queue, machine) else { continue }
            try write(picture, "\(queue).svg", words[3])
        }
    }

    private static func objects(_ summaries: [Summary]) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try summaries.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }.joined()
    }

    private static func write(_ text: String, _ name: String, _ folder: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }
}
