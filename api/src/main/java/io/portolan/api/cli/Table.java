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
      row[i] = cut(text, WIDEST);
    }
    rows.add(row);
  }

  @Override
  public String toString() {
    return toString(Integer.MAX_VALUE);
  }

  /** Lays the rows out in lines of at most {@code width} characters. */
  String toString(int width) {
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
      out.append(cut(line.toString().stripTrailing(), width)).append('\n');
    }
    return out.toString();
  }

  private static String cut(String text, int width) {
    return text.length() <= width ? text : text.substring(0, width - 1) + "…";
  }

  private boolean columnIsNumeric(int column) {
    return rows.size() > 1 && rows.stream().skip(1).allMatch(row -> isNumeric(row[column]));
  }

  private static boolean isNumeric(String text) {
    return text.matches("[-+]?[0-9][0-9,.]*( ?[%s]| ms| min|/s)?") || text.isEmpty();
  }
}
