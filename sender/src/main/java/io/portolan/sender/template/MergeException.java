package io.portolan.sender.template;

/**
 * A field or helper that cannot give text for this recipient. Stays inside the package: {@link
 * MergeTemplate} adds the place and makes an {@link io.portolan.core.InvalidException} of it.
 */
final class MergeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MergeException(String reason) {
    // met for every recipient who lacks the field; the reason says all
    super(reason, null, false, false);
  }
}
