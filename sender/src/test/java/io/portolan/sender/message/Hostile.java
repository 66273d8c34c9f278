package io.portolan.sender.message;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Texts that try to be more than text. */
final class Hostile {
  private Hostile() {}

  /** Pieces that end fields, lines, words or parts, mixed with harmless ones. */
  static Arbitrary<String> words() {
    Arbitrary<String> pieces =
        Arbitraries.of(
            "\r\nBcc: x@y.example",
            "\nBcc: x@y.example\n\n",
            "\rX: y",
            "\r\n\r\n",
            "\r\n.\r\n",
            "\n.\n",
            "\n..dots\n",
            "\r\n.dot",
            "\u0085",
            "\u2028",
            "\u2029",
            "\u0000",
            "\u000B",
            "\u000C",
            "\u001B",
            "\u007F",
            "\uD800",
            "\uDC00",
            "=?UTF-8?Q?=0D=0ABcc:_x?=",
            "=?",
            "?=",
            "=0D=0A",
            "--=_",
            "\t",
            "   ",
            " ",
            ":",
            ";",
            "<x@y.example>",
            "\"",
            "(",
            "\\",
            ",",
            "From ",
            "ü",
            "日本語",
            "😀",
            "a",
            "plain words",
            "x".repeat(300),
            "ü".repeat(300),
            "y".repeat(1200));
    Arbitrary<String> any = Arbitraries.strings().all().ofMaxLength(20);
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(6, pieces), net.jqwik.api.Tuple.of(1, any))
        .list()
        .ofMaxSize(8)
        .map(list -> String.join("", list));
  }
}
