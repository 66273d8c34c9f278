package io.portolan.sender.smtp;

/** A relay login. Prints without the password. */
public record Credentials(String username, String password) {
  public Credentials {
    if (username.isEmpty()) {
      throw new IllegalArgumentException("username is empty");
    }
  }

  @Override
  public String toString() {
    return "Credentials[" + username + "]";
  }
}
