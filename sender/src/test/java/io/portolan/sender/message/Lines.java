package io.portolan.sender.message;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** Templates of many lines with slots for one value, and values that end and lengthen lines. */
final class Lines {
  private Lines() {}

  /** Lines with and without {@code {{value}}} and blocks, each with an end of some kind. */
  static Arbitrary<String> templates() {
    Arbitrary<String> pieces =
        Arbitraries.of(
            "{{value}}",
            "{{{value}}}",
            "a{{value}}b",
            ".{{value}}",
            "{{#if value}}yes{{/if}}",
            "{{#if value}}\none {{value}}\n\n.two  \n{{/if}}",
            "{{! no\ntext }}",
            "a plain line",
            ".",
            "..",
            " ",
            "  \t",
            "trailing  ",
            "=3D",
            "--=_",
            "From me",
            "ü",
            "Grüße ",
            "日本語",
            "日本語".repeat(30),
            "x".repeat(76),
            "x".repeat(997),
            "y".repeat(999),
            "\u0000",
            "");
    Arbitrary<String> ends =
        Arbitraries.frequency(
            Tuple.of(6, "\n"), Tuple.of(3, "\r\n"), Tuple.of(1, "\r"), Tuple.of(1, ""));
    return pieces
        .list()
        .ofMaxSize(2)
        .map(line -> String.join("", line))
        .list()
        .ofMaxSize(8)
        .flatMap(
            lines ->
                ends.list()
                    .ofSize(lines.size())
                    .map(
                        each -> {
                          StringBuilder text = new StringBuilder();
                          for (int i = 0; i < lines.size(); i++) {
                            text.append(lines.get(i)).append(each.get(i));
                          }
                          return text.toString();
                        }));
  }

  static Arbitrary<String> values() {
    return Arbitraries.of(
            "\n",
            "\r",
            "\r\n",
            "\n\n",
            "\n.\n",
            "\r\n..",
            ".",
            " ",
            "  ",
            "\t",
            "a",
            "Anna",
            "=",
            "<b>",
            "ü",
            "日本語".repeat(40),
            "x".repeat(75),
            "x".repeat(1_100),
            "\u0000",
            "\n--=_",
            "\u2028")
        .list()
        .ofMaxSize(4)
        .map(pieces -> String.join("", pieces));
  }
}
