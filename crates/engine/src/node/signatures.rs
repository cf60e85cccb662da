//! Ed25519 (RFC 8032).

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};

/// The public key of a secret one; `None` for a key of another length.
#[must_use]
pub fn public_key(secret: &[u8]) -> Option<Vec<u8>> {
    Some(signing_key(secret)?.verifying_key().to_bytes().to_vec())
}

/// The signature of `message`.
#[must_use]
pub fn sign(secret: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    Some(signing_key(secret)?.sign(message).to_bytes().to_vec())
}

/// Whether the signature is the public key's; malformed keys and signatures are nobody's.
#[must_use]
pub fn verify(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let key = public.try_into().ok().and_then(|bytes| VerifyingKey::from_bytes(bytes).ok());
    let signature = signature.try_into().map(Signature::from_bytes);
    matches!((key, signature), (Some(key), Ok(signature)) if key.verify(message, &signature).is_ok())
}

fn signing_key(secret: &[u8]) -> Option<SigningKey> {
    secret.try_into().ok().map(SigningKey::from_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed_verifies_and_nothing_else() {
        let secret = [3; 32];
        let public = public_key(&secret).expect("a key");
        let signature = sign(&secret, b"text").expect("a key");
        assert!(verify(&public, b"text", &signature));
        assert!(!verify(&public, b"other", &signature));
        assert!(!verify(&public, b"text", &signature[1..]));
        assert!(public_key(&secret[1..]).is_none());
    }
}
