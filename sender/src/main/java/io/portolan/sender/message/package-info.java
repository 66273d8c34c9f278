/**
 * Makes the message that a recipient gets: compiled once a campaign, filled in for each recipient.
 *
 * <p>Compiling leaves fixed octets and slots. The fields that all recipients share are written by
 * Jakarta Mail ({@link io.portolan.sender.message.SharedFields}). Each part is cut at line ends
 * into lines that no tag touches and lines that may be another recipient's otherwise ({@link
 * io.portolan.sender.message.CompiledPart}). 7bit and quoted-printable encode a line by itself (RFC
 * 2045 section 6), and DKIM brings a body into relaxed form line by line (RFC 6376 3.4.4), so that
 * the former are encoded, brought into that form and, as far as nothing varies before them, hashed
 * once ({@link io.portolan.sender.message.BodyLayout}). The boundary is the campaign's, not the
 * message's, so that a body without slots is the same for all.
 *
 * <p>What is paid a message: the varying lines are merged, encoded and hashed, fixed octets behind
 * the first of them are hashed, a few fields are written (subject by RFC 2047, unsubscription by
 * RFC 2369 and RFC 8058), and the header is signed (RFC 6376, RFC 8463). Fixed octets are not
 * copied: a message names them between its own ({@link io.portolan.sender.exchange.Content}).
 *
 * <p>As the encoding follows what a part holds, fixed lines exist in each encoding that some
 * recipient's part came to; base64 does not encode lines, so that a part in it is a slot as a whole
 * unless nothing in it varies. Why so: ADR 11. Here are also the tokens by which replies find their
 * delivery, and what people see of a message before it is sent.
 */
@NullMarked
package io.portolan.sender.message;

import org.jspecify.annotations.NullMarked;
