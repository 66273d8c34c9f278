package io.portolan.api.application;

import io.portolan.api.configuration.Configuration;
import io.portolan.api.configuration.Configuration.DkimConfiguration;
import io.portolan.api.configuration.ConfigurationException;
import io.portolan.core.relay.Secrets;
import io.portolan.sender.dkim.DkimKey;
import java.util.List;

/** Reads the private keys that mail is signed with. */
final class SigningKeys {
  private SigningKeys() {}

  static List<DkimKey> of(Configuration configuration, Secrets secrets) {
    return configuration.dkim().stream().map(each -> key(each, secrets)).toList();
  }

  private static DkimKey key(DkimConfiguration dkim, Secrets secrets) {
    try {
      return DkimKey.fromPem(dkim.domain(), dkim.selector(), secrets.resolve(dkim.key()));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("dkim." + dkim.domain() + ": " + e.getMessage() + ".");
    }
  }
}
