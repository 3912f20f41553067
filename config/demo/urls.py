"""Addresses of the demo's phone and mailbox; they exist only in the demo."""

from django.urls import URLPattern, URLResolver, path

from config.demo import views

app_name = "demo"
urlpatterns: list[URLPattern | URLResolver] = [
    path("phone/", views.Phone.as_view(), name="phone"),
    path("mailbox/", views.Mailbox.as_view(), name="mailbox"),
    path("mailbox/<str:mail_id>/", views.Mail.as_view(), name="mail"),
]
