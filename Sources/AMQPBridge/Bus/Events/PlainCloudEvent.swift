/// A CloudEvent that is plain JSON (``PlainJSON``): read off its tape, and written without Codable but for its data.
struct PlainCloudEvent: CloudEventSource {
    private let tape: JSONTape
    /// Where on the tape the attributes are; zero, which is the whole event, for those that are missing. A vector, because
    /// that is an array which takes no memory of its own.
    private var places = SIMD16<Int32>.zero

    init(_ tape: JSONTape) throws {
        self.tape = tape
        try tape.forEachField(of: 0) { name, place in
            guard let attribute = CloudEventAttribute(name: name) else { return }
            guard places[attribute.rawValue] == 0 else { throw tape.doubt() }
            places[attribute.rawValue] = Int32(place)
        }
    }

    private func place(_ attribute: CloudEventAttribute) throws -> Int {
        let place = Int(places[attribute.rawValue])
        guard place > 0 else { throw tape.doubt() }
        return place
    }

    func read<Value>(
        _ attribute: CloudEventAttribute, _ body: (UnsafeBufferPointer<UInt8>) throws -> Value
    ) throws -> Value? {
        let place = Int(places[attribute.rawValue])
        guard place > 0, !tape.isNull(at: place) else { return nil }
        return try tape.withText(at: place, body)
    }

    func version() throws -> String { try tape.text(at: place(.specversion)) }
    func data<E: Event>(_ type: E.Type) throws -> E { try JSONValue(tape: tape, index: place(.data)).decode(type) }
}

extension CloudEventAttribute {
    /// Nil for what has no meaning here.
    fileprivate init?(name: UnsafeBufferPointer<UInt8>) {
        func isName(_ word: StaticString) -> Bool {
            let word = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
            return name.holds(word)
        }
        switch name.count {
        case 2 where isName("id"): self = .id
        case 4 where isName("type"): self = .type
        case 4 where isName("time"): self = .time
        case 4 where isName("data"): self = .data
        case 6 where isName("source"): self = .source
        case 7 where isName("subject"): self = .subject
        case 11 where isName("specversion"): self = .specversion
        case 11 where isName("traceparent"): self = .traceparent
        case 11 where isName("causationid"): self = .causationid
        case 13 where isName("correlationid"): self = .correlationid
        default: return nil
        }
    }
}

extension JSONOutput {
    /// A whole event.
    func write(_ event: some Event, _ metadata: EventMetadata) throws {
        writeRaw(#"{"specversion":"1.0","id":"#)
        write(metadata.id)
        writeRaw(#","source":"#)
        write(metadata.source)
        writeRaw(#","type":"#)
        write(metadata.type.rawValue)
        writeRaw(#","subject":"#)
        write(metadata.subject)
        writeRaw(#","time":"#)
        write(metadata.time)
        writeRaw(#","datacontenttype":"application/json""#)
        if let traceparent = metadata.traceparent {
            writeRaw(#","traceparent":"#)
            write(traceparent)
        }
        writeRaw(#","correlationid":"#)
        write(metadata.correlationID)
        if let causationID = metadata.causationID {
            writeRaw(#","causationid":"#)
            write(causationID)
        }
        writeRaw(#","data":"#)
        try encode(event)
        writeRaw("}")
    }
}
