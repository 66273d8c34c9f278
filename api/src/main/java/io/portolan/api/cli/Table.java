package io.portolan.api.cli;

import java.util.ArrayList;
import java.util.List;

/** Lays out rows in columns for a terminal. Not thread-safe. */
public final class Table {
  private static final int WIDEST = 60;

  private final List<String[]> rows = new ArrayList<>();

  public Table(String... header) {
    rows.add(header);
  }

  public void add(Object... cells) {
    String[] row = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      String text = String.valueOf(cells[i]).replaceAll("\\p{Cntrl}", " ");
      row[i] = text.length() <= WIDEST ? text : text.substring(0, WIDEST - 1) + "…";
    }
    rows.add(row);
  }

  @Override
  public String toString() {
    int columns = rows.getFirst().length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (int index = 0; index < rows.size(); index++) {
      String[] row = rows.get(index);
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        boolean right = index == 0 ? columnIsNumeric(i) : isNumeric(row[i]);
        String pad = " ".repeat(widths[i] - row[i].length());
        line.append(right ? pad + row[i] : row[i] + pad).append("  ");
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }

  private boolean columnIsNumeric(int column) {
    return rows.size() > 1 && rows.stream().skip(1).allMatch(row -> isNumeric(row[column]));
  }

  private static boolean isNumeric(String text) {
    return text.matches("[-+]?[0-9][0-9,.]*( ?[%s]| ms)?") || text.isEmpty();
  }
}
