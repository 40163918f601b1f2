import CommandLineInterface
import Glibc

exit(Fuzzing.run(Array(CommandLine.arguments.dropFirst())).rawValue)
