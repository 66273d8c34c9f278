package io.portolan.core.campaign;

/**
 * What a merge field without a value becomes.
 *
 * @param isError true: composing fails and says which field; false: {@code value} stands in
 */
public record MissingField(boolean isError, String value) {
  public static final MissingField EMPTY = new MissingField(false, "");
  public static final MissingField ERROR = new MissingField(true, "");
}
