package io.portolan.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What no compiler sees: rules on the text of the sources of all modules. */
class SourceRulesTest {
  private static final int MAX_LINES = 400;
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final List<String> MODULES =
      List.of("core", "sender", "scheduler", "metrics", "api");
  private static final Pattern PLAN = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b");
  private static final Pattern SLEEP = Pattern.compile("\\bThread\\.sle" + "ep\\(");

  @Test
  void filesStayShort() {
    assertThat(sources().filter(file -> lines(file).size() > MAX_LINES))
        .as("files over %s lines", MAX_LINES)
        .isEmpty();
  }

  @Test
  void plansLiveInIssues() {
    assertThat(sources().filter(file -> anyLine(file, PLAN))).as("files that hold plans").isEmpty();
  }

  @Test
  void testsWaitForWhatTheyWaitForAndDoNotSleep() {
    assertThat(sources().filter(SourceRulesTest::isTest).filter(file -> anyLine(file, SLEEP)))
        .as("tests that sleep")
        .isEmpty();
  }

  @Test
  void seesTheSourcesOfAllModules() {
    assertThat(MODULES)
        .allSatisfy(
            module -> assertThat(sources().filter(file -> file.startsWith(module))).isNotEmpty());
  }

  private static Stream<Path> sources() {
    return MODULES.stream()
        .flatMap(module -> sources(ROOT.resolve(module).resolve("src")).stream());
  }

  private static List<Path> sources(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).map(ROOT::relativize).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isTest(Path file) {
    return file.toString().contains("/src/test/");
  }

  private static boolean anyLine(Path file, Pattern pattern) {
    return lines(file).stream().anyMatch(line -> pattern.matcher(line).find());
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(ROOT.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
