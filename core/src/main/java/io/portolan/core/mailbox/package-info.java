/** Mailboxes that are polled for mail that came back: how far each was read and how it went. */
@NullMarked
package io.portolan.core.mailbox;

import org.jspecify.annotations.NullMarked;
