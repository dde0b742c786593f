import Foundation
import ShopRunning

/// A real browser, headless Chromium, driven by the WebDriver protocol (W3C, WebDriver level 1).
struct Browser: Sendable {
    private static let driver = URL(filePath: "/usr/bin/chromedriver")

    private let address: String
    private let session: String

    /// Runs one for as long as the body does.
    ///
    /// - Parameter log: what the driver says.
    static func with(log: URL, _ body: (Browser) async throws -> Void) async throws {
        let port = try FreePorts.next()
        let process = try ChildProcess(
            driver, ["--port=\(port)"], environment: Command.inherited, output: log, errors: log)
        let result: Result<Void, any Error>
        do {
            let browser = try await Browser(address: "http://127.0.0.1:\(port)")
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(browser)) } catch { outcome = .failure(error) }
            // Else the browser outlives its driver; also when this task's time is over.
            await Task { await browser.quit() }.value
            result = outcome
        } catch {
            result = .failure(error)
        }
        await process.end()
        try result.get()
    }

    private func quit() async { _ = try? await ask("DELETE", "") }

    private init(address: String) async throws {
        self.address = address
        try await waitFor("the browser's driver") {
            _ = try await Self.exchange("GET", "\(address)/status", nil)
            return true
        }
        // As root it has no sandbox; it visits nobody but us.
        let options = [
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server",
                "--window-size=1280,1000",
            ]
        ]
        let capabilities: [String: Any] = [
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": ["browser": "ALL"],
        ]
        let answer = try await Self.exchange(
            "POST", "\(address)/session", ["capabilities": ["alwaysMatch": capabilities]])
        guard let id = (answer as? [String: Any])?["sessionId"] as? String else {
            throw CommandFailed(description: "the browser's driver opened no session: \(answer)")
        }
        session = "\(address)/session/\(id)"
    }

    func open(_ url: String) async throws { _ = try await ask("POST", "/url", ["url": url]) }

    /// What a function body returns in the page.
    func run(_ script: String, _ arguments: [Any] = []) async throws -> Any {
        try await ask("POST", "/execute/sync", ["script": script, "args": arguments])
    }

    /// The text of the first element that matches, as it is rendered; nil without one.
    func text(_ selector: String) async throws -> String? {
        try await run("return document.querySelector(arguments[0])?.innerText ?? null", [selector]) as? String
    }

    /// A real click: it fails when something else is in the way.
    func click(_ selector: String) async throws { try await ask("POST", "/element/\(element(selector))/click", [:]) }

    /// Types into an element.
    func type(_ text: String, into selector: String) async throws {
        try await ask("POST", "/element/\(element(selector))/value", ["text": text])
    }

    /// Presses a key wherever the focus is; keys without a character have code points of their own (WebDriver, 17.4.2).
    func press(_ key: String) async throws {
        let actions = ["keyDown", "keyUp"].map { ["type": $0, "value": key] }
        _ = try await ask(
            "POST", "/actions", ["actions": [["type": "key", "id": "keyboard", "actions": actions] as [String: Any]]])
    }

    /// Answers the question that the page asks in a dialog of the browser.
    func accept() async throws { _ = try await ask("POST", "/alert/accept", [:]) }

    /// How wide the page is, with a height that shows all of it.
    func resize(width: Int) async throws {
        try await devTools(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600])
        guard let height = try await run("return document.documentElement.scrollHeight") as? Int else { return }
        try await devTools(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600])
    }

    /// `light` or `dark`, as the reader's system wishes.
    func prefer(_ scheme: String) async throws {
        try await devTools(
            "Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": scheme]]])
    }

    /// A PNG of what is seen.
    func picture() async throws -> Data {
        guard let text = try await ask("GET", "/screenshot") as? String, let data = Data(base64Encoded: text) else {
            throw CommandFailed(description: "the browser took no picture")
        }
        return data
    }

    /// Errors and warnings in the browser's console since the last call.
    func complaints() async throws -> [String] {
        let entries = try await ask("POST", "/se/log", ["type": "browser"]) as? [[String: Any]] ?? []
        return entries.compactMap { $0["message"] as? String }
    }

    private func devTools(_ command: String, _ parameters: [String: Any]) async throws {
        _ = try await ask("POST", "/goog/cdp/execute", ["cmd": command, "params": parameters])
    }

    private func element(_ selector: String) async throws -> String {
        let found =
            try await ask("POST", "/element", ["using": "css selector", "value": selector]) as? [String: String]
        guard let id = found?.values.first else { throw CommandFailed(description: "there is no \(selector)") }
        return id
    }

    @discardableResult
    private func ask(_ method: String, _ path: String, _ body: [String: Any]? = nil) async throws -> Any {
        try await Self.exchange(method, session + path, body)
    }

    /// - Throws: what the driver says is wrong.
    private static func exchange(_ method: String, _ url: String, _ body: [String: Any]?) async throws -> Any {
        var arguments = ["-sS", "--noproxy", "*", "--max-time", "30", "-X", method, url]
        var input = Data()
        if let body {
            input = try JSONSerialization.data(withJSONObject: body)
            arguments += ["-H", "content-type: application/json", "--data-binary", "@-"]
        }
        let command = Command(executable: URL(filePath: "/usr/bin/curl"), arguments: arguments, input: input)
        let answer = try JSONSerialization.jsonObject(with: Data(try await command.run().checked().output.utf8))
        let value = (answer as? [String: Any])?["value"] ?? NSNull()
        if let error = value as? [String: Any], let kind = error["error"] as? String {
            throw CommandFailed(description: "\(method) \(url): \(kind): \(error["message"] ?? "")")
        }
        return value
    }
}
