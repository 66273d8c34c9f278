package io.portolan.sender.listener;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The identity that the listener shows in STARTTLS: a certificate from files, or one that it makes
 * and signs itself. Mail servers encrypt to either (RFC 7435); who has MTA-STS for the bounce
 * domain needs the first.
 */
public final class ListenerTls {
  private static final Duration LASTS = Duration.ofDays(3650);
  private static final char[] PASSWORD = "memory".toCharArray(); // of a store that stays in memory
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]*)-----END PRIVATE KEY-----");

  private static final Pattern CERTIFICATE =
      Pattern.compile("-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s]*-----END CERTIFICATE-----");

  private ListenerTls() {}

  /**
   * The identity of PEM texts.
   *
   * @param certificates the server's first, then those that signed it; other blocks may stand among
   *     them
   * @param key PKCS #8, RSA or EC
   * @throws IllegalArgumentException if the texts hold no such thing
   */
  public static SSLContext of(String certificates, String key) {
    Matcher pem = KEY.matcher(key);
    if (!pem.find()) {
      throw new IllegalArgumentException(
          "there is no PEM block BEGIN PRIVATE KEY (PKCS #8); openssl pkcs8 -topk8 -nocrypt"
              + " converts others");
    }
    String blocks =
        CERTIFICATE
            .matcher(certificates)
            .results()
            .map(MatchResult::group)
            .collect(Collectors.joining("\n"));
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException("there is no PEM block BEGIN CERTIFICATE");
    }
    try {
      Collection<? extends Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(blocks.getBytes(StandardCharsets.UTF_8)));
      Certificate own = chain.iterator().next();
      PrivateKey privateKey =
          KeyFactory.getInstance(own.getPublicKey().getAlgorithm())
              .generatePrivate(
                  new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1))));
      requirePair(privateKey, own.getPublicKey());
      return context(privateKey, chain.toArray(Certificate[]::new));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("certificate and key do not go together: " + e, e);
    }
  }

  private static void requirePair(PrivateKey secret, PublicKey open)
      throws GeneralSecurityException {
    Signature signature =
        Signature.getInstance(
            secret.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
    signature.initSign(secret);
    byte[] proof = signature.sign();
    signature.initVerify(open);
    if (!signature.verify(proof)) {
      throw new SignatureException("the key is another certificate's");
    }
  }

  /**
   * An identity made now, signed by itself.
   *
   * @param name of the server
   */
  public static SSLContext selfSigned(String name, Instant now) {
    try {
      SecureRandom random = new SecureRandom();
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair keys = generator.generateKeyPair();
      var subject = new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  new JcaX509v3CertificateBuilder(
                          subject,
                          new BigInteger(64, random).setBit(64), // positive and never zero
                          Date.from(now.minus(Duration.ofDays(1))),
                          Date.from(now.plus(LASTS)),
                          subject,
                          keys.getPublic())
                      .build(
                          new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
      return context(keys.getPrivate(), certificate);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("every Java platform signs with P-256", e);
    }
  }

  private static SSLContext context(PrivateKey key, Certificate... chain)
      throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new UncheckedIOException("nothing is read to make an empty key store", e);
    }
    store.setKeyEntry("server", key, PASSWORD, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, new SecureRandom());
    return context;
  }
}
