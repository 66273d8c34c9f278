package io.portolan.sender.template;

/** A place in a text, both numbers counted from 1. */
record Place(int line, int column) {

  static Place of(String text, int index) {
    int line = 1;
    int start = 0;
    for (int i = text.indexOf('\n'); i >= 0 && i < index; i = text.indexOf('\n', i + 1)) {
      line++;
      start = i + 1;
    }
    return new Place(line, index - start + 1);
  }

  /** Such as {@code line 3, column 14}. */
  @Override
  public String toString() {
    return "line " + line + ", column " + column;
  }
}
