package io.portolan.api.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The recipients of the demo: 2,000 in the CSV file that comes with Portolan, with some bad rows
 * and some duplicates among them. A smaller number takes the first ones, a larger one repeats the
 * rows with other local parts.
 *
 * @param csv what is imported
 * @param addresses the different ones that can be sent to, in lower case
 * @param suppressed those of them that are suppressed beforehand
 * @param badRows rows that the import has to refuse
 * @param duplicates rows whose address came before
 */
record DemoRecipients(
    String csv, Set<String> addresses, Set<String> suppressed, int badRows, int duplicates) {
  private static final String RESOURCE = "recipients.csv";
  private static final Pattern GOOD = Pattern.compile("([a-z0-9.-]+)(@[a-z]+\\.test)(,[^,]*){3}");
  private static final int SUPPRESSED_EVERY = 90;
  private static final int FIRST_SUPPRESSED = 7;

  DemoRecipients {
    addresses = Set.copyOf(addresses);
    suppressed = Set.copyOf(suppressed);
  }

  /**
   * The recipients of a demo.
   *
   * @param number of different addresses
   */
  static DemoRecipients of(int number) {
    List<String> lines = lines();
    List<String> taken = new ArrayList<>(List.of(lines.getFirst()));
    Set<String> addresses = new LinkedHashSet<>();
    int bad = 0;
    int duplicates = 0;
    for (String line : lines.subList(1, lines.size())) {
      if (addresses.size() == number) {
        break;
      }
      taken.add(line);
      if (!isGood(line)) {
        bad++;
      } else if (!addresses.add(address(line))) {
        duplicates++;
      }
    }
    List<String> good = lines.stream().skip(1).filter(DemoRecipients::isGood).distinct().toList();
    for (int i = 0; addresses.size() < number; i++) {
      String line = renamed(good.get(i % good.size()), 2 + i / good.size());
      if (addresses.add(address(line))) {
        taken.add(line);
      }
    }
    return new DemoRecipients(
        String.join("\n", taken) + "\n", addresses, suppressed(addresses), bad, duplicates);
  }

  /** How many of the addresses belong to an ISP. */
  int of(DemoIsp isp) {
    String end = "@" + isp.domain();
    return (int) addresses.stream().filter(address -> address.endsWith(end)).count();
  }

  /** The addresses of which their ISP says that there is no such user. */
  Set<String> unknown() {
    Set<String> unknown = new TreeSet<>();
    for (String address : addresses) {
      if (address.startsWith(DemoIsp.UNKNOWN) && !suppressed.contains(address)) {
        unknown.add(address);
      }
    }
    return unknown;
  }

  private static Set<String> suppressed(Set<String> addresses) {
    Set<String> suppressed = new TreeSet<>();
    int i = 0;
    for (String address : addresses) {
      if (i++ % SUPPRESSED_EVERY == FIRST_SUPPRESSED) {
        suppressed.add(address);
      }
    }
    return suppressed;
  }

  private static boolean isGood(String line) {
    return GOOD.matcher(line.toLowerCase(Locale.ROOT)).matches();
  }

  private static String address(String line) {
    return line.substring(0, line.indexOf(',')).toLowerCase(Locale.ROOT);
  }

  private static String renamed(String line, int round) {
    Matcher at = Pattern.compile("@").matcher(line);
    return at.replaceFirst("-" + round + "@");
  }

  private static List<String> lines() {
    try (InputStream resource = DemoRecipients.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException(RESOURCE + " is not on the class path");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
