package io.portolan.core;

/** A request for something that does not exist. */
public final class NotFoundException extends CoreException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what the kind of thing, such as "campaign"
   * @param id its identifier as the caller gave it
   */
  public NotFoundException(String what, Object id) {
    super("There is no " + what + " " + id + ".");
  }
}
