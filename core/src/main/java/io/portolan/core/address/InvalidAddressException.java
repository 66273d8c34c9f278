package io.portolan.core.address;

import io.portolan.core.CoreException;

/**
 * The refusal of a text that is no usable mail address or domain. Carries no stack trace: an import
 * meets it once for every bad row, and the reason says all there is to know.
 */
public final class InvalidAddressException extends CoreException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN_CHARACTERS = 80;

  private final String reason;

  InvalidAddressException(String written, String reason) {
    super("\"" + printable(written) + "\" " + reason);
    this.reason = reason;
  }

  /** What is wrong, as the end of a sentence that begins with the address: {@code has no @}. */
  public String reason() {
    return reason;
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }

  private static String printable(String written) {
    StringBuilder shown = new StringBuilder();
    int end = Math.min(written.length(), SHOWN_CHARACTERS);
    for (int i = 0; i < end; i++) {
      char c = written.charAt(i);
      shown.append(Character.isSurrogate(c) || Characters.isVisible(c) || c == ' ' ? c : '\u00b7');
    }
    return end < written.length() ? shown.append("...").toString() : shown.toString();
  }
}
