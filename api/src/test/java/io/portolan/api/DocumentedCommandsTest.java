package io.portolan.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocumentedCommandsTest {
  /** Surefire runs in the module's directory. */
  private static final Path ROOT = Path.of("..");

  private static final Pattern COMMAND =
      Pattern.compile("^\\./portolan +((?:'[^']*'|[^'#>\n])+)", Pattern.MULTILINE);
  private static final Pattern INLINE = Pattern.compile("`\\./portolan ([^`]+)`");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

  @Test
  void areUnderstood() throws IOException {
    List<String> commands = new ArrayList<>();
    for (Path document : documents()) {
      String text = Files.readString(document);
      COMMAND.matcher(text).results().forEach(found -> commands.add(found.group(1).strip()));
      INLINE.matcher(text).results().forEach(found -> commands.add(found.group(1).strip()));
    }

    assertThat(commands).hasSizeGreaterThan(20);
    for (String command : commands) {
      // an ellipsis stands for what the reader knows
      String[] words = words(command.replace("…", ""));
      if (!command.contains("…")) {
        assertThatCode(() -> Main.commandLine().parseArgs(words))
            .as(command)
            .doesNotThrowAnyException();
      }
    }
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      return Stream.concat(
              Stream.of(ROOT.resolve("README.md")),
              docs.filter(file -> file.toString().endsWith(".md")))
          .toList();
    }
  }

  private static String[] words(String command) {
    Matcher matcher = WORD.matcher(command);
    List<String> words = new ArrayList<>();
    while (matcher.find()) {
      words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
    }
    return words.toArray(String[]::new);
  }
}
