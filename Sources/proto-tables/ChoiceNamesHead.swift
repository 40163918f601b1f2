/// The part of `ChoiceNames.swift` that does not depend on the proto.
let choiceNamesHead = """
    extension ChoiceKind {
        /// The members of `Value` that are enums, in the order of their tags.
        package static let all: [ChoiceKind] = memberNames.indices.filter { !memberNames[$0].isEmpty }.map {
            ChoiceKind(tag: UInt8($0))
        }

        /// The kind of a protojson member name; nil when no enum member is called so.
        package init?(memberName: String) {
            guard !memberName.isEmpty, let tag = Self.memberNames.firstIndex(of: memberName) else { return nil }
            self.init(tag: UInt8(tag))
        }

        /// The member's name in protojson, such as `shiftStateValue`; empty when the tag is no enum member.
        @inlinable
        package var memberName: String {
            Int(tag) < Self.memberNames.count ? Self.memberNames[Int(tag)] : ""
        }

        /// The member's name in the proto, such as `shift_state_value`; empty when the tag is no enum member.
        @inlinable
        package var protoMemberName: String {
            Int(tag) < Self.protoMemberNames.count ? Self.protoMemberNames[Int(tag)] : ""
        }

        /// The enum's name, such as `ShiftState`; empty when the tag is no enum member.
        @inlinable
        package var enumName: String {
            Int(tag) < Self.enumNames.count ? Self.enumNames[Int(tag)] : ""
        }

        /// The name of a value as it is shown, such as `ShiftStateP`, or `P` where ``showsShortNames``; nil for numbers
        /// newer than this build.
        @inlinable
        package func valueName(_ number: Int32) -> String? {
            showsShortNames ? shortName(number) : fullName(number)
        }

        /// The name of a value in the proto, such as `ShiftStateP`; nil for numbers newer than this build.
        @inlinable
        package func fullName(_ number: Int32) -> String? {
            guard Int(tag) < Self.enumNames.count, number >= 0 else { return nil }
            let index = Self.valueStarts[Int(tag)] + Int(number)
            guard index < Self.valueStarts[Int(tag) + 1] else { return nil }
            let name = Self.valueNames[index]
            return name.isEmpty ? nil : name
        }

        /// The number of a value, its name spelled exactly; nil when the enum has no such value.
        package func number(named name: String) -> Int32? {
            guard Int(tag) < Self.enumNames.count, !name.isEmpty else { return nil }
            let range = Self.valueStarts[Int(tag)]..<Self.valueStarts[Int(tag) + 1]
            return Self.valueNames[range].firstIndex(of: name).map { Int32($0 - range.lowerBound) }
        }


    """
