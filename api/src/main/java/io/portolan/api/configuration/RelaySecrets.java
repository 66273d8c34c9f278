package io.portolan.api.configuration;

import io.portolan.core.InvalidException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a relay that is set by the API may name. Whoever sets one chooses which server gets the
 * secret, so that a free choice would give away any file and variable of the server, and so that it
 * may not be sent to an address of the network the server stands in.
 *
 * @param directory whose files may be secrets; empty for none
 */
public record RelaySecrets(Optional<Path> directory) {
  private static final String ENV = "env:";
  private static final String FILE = "file:";
  // such as 10.0.0.1, 0x7f.1 and 2130706433, which resolvers take for addresses
  private static final Pattern ADDRESS =
      Pattern.compile(".*[:\\[].*|(?:.*\\.)?(?:\\d+|0[xX][0-9a-fA-F]*)\\.?");
  private static final Pattern LOCAL = Pattern.compile("(?i)(?:.*\\.)?localhost\\.?");

  /**
   * Refuses a secret that the API may not name.
   *
   * @throws InvalidException naming what would be right; never the value
   */
  public void check(String secretRef) {
    if (secretRef.startsWith(ENV)
        && !secretRef.substring(ENV.length()).startsWith(Settings.SECRET_PREFIX)) {
      throw refused("names a variable that does not begin with " + Settings.SECRET_PREFIX);
    }
    if (secretRef.startsWith(FILE) && !isInDirectory(secretRef.substring(FILE.length()))) {
      throw refused(
          directory
              .map(allowed -> "names a file that is not below " + allowed)
              .orElse("names a file, but secrets.directory is not set"));
    }
  }

  /** Refuses an address in place of a name. */
  public void checkHost(String host) {
    if (ADDRESS.matcher(host).matches() || LOCAL.matcher(host).matches()) {
      throw new InvalidException(
          "host",
          "must be a DNS name; a relay at an address, or on this machine, can be set in the"
              + " configuration file alone");
    }
  }

  private boolean isInDirectory(String file) {
    try {
      return directory.isPresent()
          && Path.of(file).normalize().startsWith(directory.get().normalize())
          && !Path.of(file).normalize().equals(directory.get().normalize());
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static InvalidException refused(String why) {
    return new InvalidException(
        "secretRef", why + "; a relay of the configuration file may name any");
  }
}
