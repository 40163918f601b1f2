internal import CommandLineInterface
internal import Glibc

exit(Bench.run(Array(CommandLine.arguments.dropFirst())).rawValue)
