import Foundation
import LinuxSystem

typealias Trigonometry = LinuxSystem.Trigonometry

/// Routes as vehicles write them, made without the code under test.
enum RouteTexts {
    static func base64(_ line: String) -> String { Data(line.utf8).base64EncodedString() }

    static func text(_ points: [(Double, Double)]) -> String {
        var line: [UInt8] = []
        var last = (0, 0)
        for point in points {
            let next = (Int((point.0 * 1e6).rounded()), Int((point.1 * 1e6).rounded()))
            for difference in [next.0 - last.0, next.1 - last.1] {
                var rest = difference << 1
                if difference < 0 { rest = ~rest }
                while rest >= 0x20 {
                    line.append(UInt8((rest & 0x1f) | 0x20) + 63)
                    rest >>= 5
                }
                line.append(UInt8(rest) + 63)
            }
            last = next
        }
        return Data(line).base64EncodedString()
    }
}
