"""What customers ask the demo's support assistant, and what it answers, well and badly."""

import msgspec


class Phrase(msgspec.Struct, frozen=True):
    """A question of some topic, with a good answer and a poor one."""

    topic: str
    question: str
    good: str
    poor: str


TOPICS = ("orders", "account", "returns", "shipping")

PHRASES = {
    "en": (
        Phrase(
            "orders", "Where is my order?",
            "Your order left our warehouse yesterday and should reach you on Thursday.",
            "Orders are usually processed in the order in which they arrive.",
        ),
        Phrase(
            "account", "How do I reset my password?",
            "Choose 'Forgot password' on the sign-in page; the link we send is valid for an hour.",
            "Passwords should be at least twelve characters long.",
        ),
        Phrase(
            "returns", "Can I return a used item?",
            "Within 30 days, yes: we take used items back and refund four fifths of the price.",
            "Returns are a matter of our terms and conditions.",
        ),
        Phrase(
            "shipping", "Do you ship to Norway?",
            "Yes, to Norway in three to five days, for 12 euros; customs are included.",
            "We ship to many countries.",
        ),
    ),
    "fr": (
        Phrase(
            "orders", "Où est ma commande ?",
            "Votre commande est partie hier et devrait arriver jeudi.",
            "Your order is being processed. Merci de votre patience.",
        ),
        Phrase(
            "account", "Comment changer mon mot de passe ?",
            "Cliquez sur « Mot de passe oublié » ; le lien envoyé est valable une heure.",
            "Click 'Forgot password'. Le mot de passe est important.",
        ),
        Phrase(
            "returns", "Puis-je retourner un article utilisé ?",
            "Oui, sous 30 jours ; nous remboursons les quatre cinquièmes du prix.",
            "Les retours sont décrits dans nos conditions générales.",
        ),
        Phrase(
            "shipping", "Livrez-vous en Norvège ?",
            "Oui, en trois à cinq jours, pour 12 euros, droits de douane compris.",
            "We ship to many countries. Livraison possible.",
        ),
    ),
    "de": (
        Phrase(
            "orders", "Wo ist meine Bestellung?",
            "Ihre Bestellung ging gestern ab und sollte am Donnerstag ankommen.",
            "Bestellungen werden der Reihe nach bearbeitet.",
        ),
        Phrase(
            "returns", "Kann ich einen gebrauchten Artikel zurückgeben?",
            "Ja, innerhalb von 30 Tagen; wir erstatten vier Fünftel des Preises.",
            "Rückgaben richten sich nach unseren Bedingungen.",
        ),
    ),
}  # fmt: skip
"""By language."""

SYSTEM = (
    "You are the support assistant of a shop, prompt {version}. Answer in the customer's language, in two sentences."
)
THOUGHT = (
    "The customer writes in {language} about {topic}. Our policy on that is clear, so answer from it and be brief."
)
