package io.portolan.core.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataHeaderTest {
  private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz234567";

  @Test
  void isWrittenAsEachServiceReadsIt() {
    assertThat(MetadataHeader.ofHost("smtp-broadcasts.postmarkapp.com").orElseThrow().line(TOKEN))
        .isEqualTo("X-PM-Metadata-portolan: " + TOKEN + "\r\n");
    assertThat(MetadataHeader.ofHost("smtp.sparkpostmail.com").orElseThrow().line(TOKEN))
        .isEqualTo("X-MSYS-API: {\"metadata\":{\"portolan\":\"" + TOKEN + "\"}}\r\n");
    assertThat(MetadataHeader.ofHost("smtp.sendgrid.net").orElseThrow().line(TOKEN))
        .isEqualTo("X-SMTPAPI: {\"unique_args\":{\"portolan\":\"" + TOKEN + "\"}}\r\n");
    assertThat(MetadataHeader.NAME).hasSizeLessThanOrEqualTo(20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "smtp.sendgrid.net.example.org",
        "email-smtp.eu-west-1.amazonaws.com",
        "mx.example.org",
        "smtp.postmarkapp.com.example.org",
        "evil-smtp.postmarkapp.com"
      })
  void isOfNoOtherHost(String host) {
    assertThat(MetadataHeader.ofHost(host)).isEmpty();
  }
}
