/// Where we differ from the recorded payloads on purpose, by case. The numbers are those of the list of differences.
enum Expectations {
    /// Difference 7: hexadecimal and binary exponents, `nan` and `inf` are no positions in any mode; the text stays.
    static let textInEveryMode: [String: [String]] = [
        "location/shape_27": ["(nan N, 1 W)"],
        "location/shape_28": ["(NaN N, 1 W)"],
        "location/shape_30": ["(1 N, -inf W)"],
        "location/shape_33": ["(0x1p3 N, 2 W)"],
        "location/shape_58": ["(1p3 N, 2 W)"],
    ]

    static let textInStandardMode: [String: [String]] = [
        // Difference 7: nothing may follow the closing bracket.
        "location/shape_11": ["(37.412374 N, 122.145867 W) "],
        "location/shape_54": ["(37.412374 N, 122.145867 W)(1 N, 2 E)"],
        // Difference 8: only fields whose value is a number are looked at.
        "location/scientific": ["1.5e3"],
        "scientific/in_name_field": ["1.5e3"],
        // Difference 8: numbers are written out exactly.
        "fields/typical_10_strings": ["63.5", "18012.123456", "71.25", "D", "398.12", "-12.4", "21.5", "9.5", "Idle"],
        "scientific/shape_00": ["1500"],
        "scientific/shape_04": ["100000"],
        "scientific/shape_05": ["500"],
        "scientific/shape_07": ["1500"],
        "scientific/shape_08": ["1500"],
        "scientific/shape_09": ["0.0015"],
        "scientific/shape_11": ["-1500"],
        "scientific/shape_21": ["0.00000015"],
        "scientific/shape_25": ["-0.0000000015"],
        "scientific/shape_27": ["0"],
        "scientific/shape_28": ["123456.789"],
        "scientific/shape_30": ["9999999900"],
        "scientific/shape_31": ["16777217"],
        "scientific/shape_32": ["340282350000000000000000000000000000000"],
        "scientific/shape_35": ["10000000000000000000000000000000000000000"],
        "scientific/shape_54": ["0"],
        "scientific/shape_55": ["1500"],
        "scientific/shape_56": ["1500"],
        "scientific/shape_58": ["10"],
        "scientific/shape_59": ["100000"],
        "scientific/shape_60": ["72"],
        "scientific/shape_61": ["63.5"],
        "scientific/shape_64": ["0.25"],
        "scientific/shape_65": ["1.005"],
        "scientific/shape_67": ["0.000015"],
        "scientific/shape_68": ["0.000025"],
        "scientific/shape_69": ["0.000015"],
        "scientific/shape_76": ["5"],
        "scientific/shape_78": ["1500"],
        "scientific/shape_79": ["0.0015"],
    ]
}
