package io.portolan.api.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The recipients of a bench, as a CSV file of which every row is good and different. */
final class BenchRecipients {
  private static final List<String> FIRST_NAMES =
      List.of("Anna", "Bruno", "Chiara", "David", "Emma", "Farid", "Grace", "Hugo");
  private static final List<String> LAST_NAMES =
      List.of("Keller", "Rossi", "Martin", "Nowak", "\"Diaz, jr.\"", "Okafor", "Jensen");
  private static final List<String> CITIES =
      List.of("Hamburg", "Genoa", "Marseille", "Lisbon", "Rotterdam");
  private static final int FIRST_NUMBER = 100_000;

  private BenchRecipients() {}

  /** Writes the file. */
  static void write(Path file, int number, List<String> domains) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file, UTF_8)) {
      out.write("email,first_name,last_name,city,customer\n");
      for (int row = 0; row < number; row++) {
        int customer = FIRST_NUMBER + row;
        out.write("person." + customer + "@" + of(domains, row) + ",");
        out.write(of(FIRST_NAMES, row) + "," + of(LAST_NAMES, row) + "," + of(CITIES, row));
        out.write("," + customer + "\n");
      }
    }
  }

  private static String of(List<String> values, int row) {
    return values.get(row % values.size());
  }
}
