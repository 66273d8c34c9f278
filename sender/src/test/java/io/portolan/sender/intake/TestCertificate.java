package io.portolan.sender.intake;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A key of RSA and a certificate for it that it signed itself. */
public final class TestCertificate {
  private final PrivateKey key;
  private final byte[] encoded;

  private TestCertificate(PrivateKey key, byte[] encoded) {
    this.key = key;
    this.encoded = encoded;
  }

  public PrivateKey key() {
    return key;
  }

  /** The certificate. */
  public byte[] encoded() {
    return encoded.clone();
  }

  /** Makes one that is good for some days before and after a moment. */
  public static TestCertificate of(String name, Instant at) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      KeyPair keys = generator.generateKeyPair();
      X500Name subject = new X500Name("CN=" + name);
      return new TestCertificate(
          keys.getPrivate(),
          new JcaX509v3CertificateBuilder(
                  subject,
                  BigInteger.ONE,
                  Date.from(at.minus(Duration.ofDays(9))),
                  Date.from(at.plus(Duration.ofDays(9))),
                  subject,
                  keys.getPublic())
              .build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate()))
              .getEncoded());
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
